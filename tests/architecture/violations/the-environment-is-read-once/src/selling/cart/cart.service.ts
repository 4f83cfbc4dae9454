export { a } from '../../../config/index.js';
