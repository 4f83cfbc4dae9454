export type Address = {
  firstName: string; lastName: string; company?: string; line1: string; line2?: string; city: string;
  region?: string; postalCode: string; country: string; phone?: string;
};
