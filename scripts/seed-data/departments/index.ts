import type { Department } from '../types.js';
import { BATH } from './bath.js';
import { BEDROOM } from './bedroom.js';
import { DECOR } from './decor.js';
import { DINING } from './dining.js';
import { HOME_OFFICE } from './home-office.js';
import { KITCHEN } from './kitchen.js';
import { LIGHTING } from './lighting.js';
import { LIVING } from './living.js';
import { OUTDOOR } from './outdoor.js';

export const DEPARTMENTS: readonly Department[] = [LIVING, BEDROOM, KITCHEN, DINING, BATH, LIGHTING, DECOR, OUTDOOR, HOME_OFFICE];
