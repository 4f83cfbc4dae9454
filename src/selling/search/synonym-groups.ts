/**
 * Words that shoppers say for one thing, in English: home, clothes, electronics and what else a general shop sells. A group a
 * line; each word may be said for each other of its line. Words that also mean something else are left out, since every group
 * adds what is found.
 */
const GROUPS = `
couch, sofa, settee
loveseat, love seat
nightstand, night stand, bedside table
wardrobe, armoire
bookcase, bookshelf, book shelf
dresser, chest of drawers
footstool, ottoman, pouffe
coat rack, coat stand
lamp, light
ceiling light, ceiling lamp
flashlight, torch
candlestick, candle holder
rug, carpet
curtain, drape
comforter, duvet, quilt
duvet cover, comforter cover
washcloth, face cloth
doormat, door mat
mattress topper, mattress pad
cushion, pillow
picture frame, photo frame
tv, television, telly
fridge, refrigerator
range hood, cooker hood
hob, cooktop
vacuum, hoover
tumble dryer, clothes dryer
air conditioner, air conditioning
humidifier, vaporizer
skillet, frying pan
saucepan, sauce pan
cutlery, flatware, silverware
dishcloth, dish cloth
dishtowel, dish towel, tea towel
teapot, tea pot
thermos, vacuum flask
garbage bag, trash bag, bin bag
trash can, garbage can, dustbin, rubbish bin, waste bin
plastic wrap, cling film
tin foil, aluminum foil, aluminium foil
faucet, tap
hosepipe, garden hose
wrench, spanner
lawnmower, lawn mower
wheelbarrow, wheel barrow
grill, barbecue, bbq
parasol, patio umbrella
cellphone, cell phone, mobile phone, smartphone
laptop, notebook computer
headphones, earphones
earbuds, in-ear headphones
speaker, loudspeaker
powerbank, power bank, portable charger
usb stick, flash drive, thumb drive
plug adapter, plug adaptor, power adapter
extension cord, extension lead, extension cable
memory card, sd card
trousers, pants, slacks
sneakers, trainers, tennis shoes
sweater, jumper, pullover
sweatshirt, hoodie
tshirt, tee
swimsuit, bathing suit, swimming costume
bathrobe, dressing gown
pajamas, pyjamas, pjs
nightgown, nightdress
underpants, briefs
tights, pantyhose
raincoat, rain jacket
waistcoat, vest
handbag, purse
backpack, rucksack, knapsack
suitcase, luggage
sunglasses, sun glasses
eyeglasses, spectacles
wristwatch, watch
necktie, tie
jewelry, jewellery
stroller, pushchair, pram, buggy
diaper, nappy
pacifier, dummy
crib, cot
baby bottle, feeding bottle
jigsaw, puzzle
plush, stuffed animal, soft toy
soccer ball, football ball
bicycle, bike
dumbbell, hand weight
sleeping bag, bedroll
cooler, cool box, ice chest
moisturizer, moisturiser
shampoo, hair wash
perfume, fragrance, eau de parfum
nail polish, nail varnish
band aid, sticking plaster, adhesive bandage
hand sanitizer, hand sanitiser
toothpaste, dentifrice
aubergine, eggplant
zucchini, courgette
candy, sweets
cookie, biscuit
soda, soft drink
gas, petrol
tire, tyre
color, colour
gray, grey
aluminum, aluminium
`;

export const SYNONYM_GROUPS: ReadonlyArray<readonly string[]> = GROUPS.trim().split('\n').map((line) => line.split(', '));
