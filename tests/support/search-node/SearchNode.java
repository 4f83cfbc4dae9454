import java.nio.file.Path;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One real search server in one JVM, on this machine only: SearchNode PORT FOLDER. It ends when its input does, so also with whoever started it. */
public class SearchNode {
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.setMaxHttpPort(65535);
    runner.onBuild((number, settings) -> {
      settings.put("http.port", port);
      settings.put("http.bind_host", "127.0.0.1");
      settings.put("transport.bind_host", "127.0.0.1");
      settings.put("discovery.type", "single-node");
      settings.putList("discovery.seed_hosts");
      settings.remove("cluster.initial_cluster_manager_nodes");
      settings.remove("cluster.initial_master_nodes");
      settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
    });
    runner.build(OpenSearchRunner.newConfigs().basePath(Path.of(arguments[1]).toString()).numOfNode(1).clusterName("kontor-test").baseHttpPort(port - 1));
    while (System.in.read() >= 0) { }
    Runtime.getRuntime().halt(0);
  }
}
