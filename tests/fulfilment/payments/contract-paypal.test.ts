import { describeMovements } from './contract-suite-movements.js';
import { describeContract } from './contract-suite.js';

describe('payments', () => { describeContract('paypal'); });
describe('movements', () => { describeMovements('paypal'); });
