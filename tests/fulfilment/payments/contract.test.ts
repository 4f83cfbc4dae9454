import { describeMovements } from './contract-suite-movements.js';
import { describeContract } from './contract-suite.js';

describe('payments', () => { describeContract('simulator'); });
describe('movements', () => { describeMovements('simulator'); });
