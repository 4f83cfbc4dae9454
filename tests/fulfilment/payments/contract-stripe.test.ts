import { describeMovements } from './contract-suite-movements.js';
import { describeContract } from './contract-suite.js';

describe('payments', () => { describeContract('stripe'); });
describe('movements', () => { describeMovements('stripe'); });
