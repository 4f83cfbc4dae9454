export { a } from '../../operations/admin/index.js';
