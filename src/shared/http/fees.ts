import Joi from 'joi';
import { moneySchema, rateBps } from './schemas.js';

const feeFields = {
  code: Joi.string().required(), name: Joi.string().required(), amount: moneySchema.required(), tax: moneySchema.required(),
  taxes: Joi.array().items(Joi.object({ name: Joi.string().required(), rateBps: rateBps().required(), jurisdiction: Joi.string().required(), reason: Joi.string(), amount: moneySchema.required() })).required(),
};

/** What is charged beside goods and shipping. */
export const feeSchemas = () => Joi.array().items(Joi.object(feeFields).meta({ name: 'Fee' })).description('Charged beside goods and shipping, each with its own tax; a part of the total, not of the subtotal');
export const orderFeeSchemas = () => Joi.array().items(Joi.object({ ...feeFields, credited: moneySchema.required().description('What went back of it, with its tax') }).meta({ name: 'OrderFee' }))
  .description('Charged beside goods and shipping. To refund one by itself, name the line fee:<code>');
export const announcedFeeSchemas = () => Joi.array().items(Joi.object({ code: Joi.string().required(), name: Joi.string().required(), amount: moneySchema.required() }).meta({ name: 'AnnouncedFee' }))
  .description('What others will ask of the buyer, as far as is known: duties at the door');
