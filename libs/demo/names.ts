import type { Random } from './random.js';

// All invented. A combination may happen to be somebody's name: it means nobody.
const FIRST = [
  'Adaeze Alma Amir Anselm Aoife Beatriz Bram Carys Chidi Corinne Dafydd Delia Dmitri Elif Emeka Esther Farid Fiona',
  'Goran Greta Hana Hamish Ilse Imani Ines Ivo Jasper Jolanta Kaito Katya Kofi Lale Leander Lin Lucía Malik Marguerite',
  'Mateo Mina Nadia Niall Noor Odile Oskar Paloma Petra Quentin Rana Rafael Rosalind Saskia Soren Tamsin Theo Umi',
  'Vera Viktor Wanda Xavier Yara Yusuf Zelda Zoltan',
]
  .join(' ')
  .split(' ');
const LAST = [
  'Abernathy Achterberg Adeyemi Alarcón Ashdown Bellweather Birch Brandvold Calloway Castellan Cordero Dunmore Ekholm',
  'Fairbairn Farrow Fenwick Galanis Greaves Halloran Hawthorne Ibarra Ingersoll Jankowski Kestrel Kimura Langlois',
  'Lindqvist Lovelace Marchetti Mbeki Moreau Nakagawa Northcott Okonkwo Ostrander Pelletier Pemberton Quillfeather',
  'Ravenhill Rosewater Saarinen Santangelo Silverthorn Tadesse Thistlewood Underhill Vance Varga Wexford Whitlock',
  'Yarrow Zamora Zielinski',
]
  .join(' ')
  .split(' ');
const PLACES =
  'Alder Bay Birchwood Cedar Clearwater Elm Fox Glen Harbor Juniper Lakeside Maple Orchard Pine Ridge River'.split(' ');
const CLINICS = [
  'Family Medicine',
  'Primary Care',
  'Internal Medicine',
  'Community Health',
  'Orthopedics',
  'Pediatrics',
];

export const personName = (random: Random): string => `${random.pick(FIRST)} ${random.pick(LAST)}`;
export const clinicName = (random: Random): string =>
  `${random.pick(PLACES)} ${random.pick(['Hill', 'Park', 'Street', 'Valley', 'Square'])} ${random.pick(CLINICS)}`;

export const TOPICS = [
  'new imaging suite',
  'same-week appointments',
  'referral turnaround',
  'consult note format',
  'insurance changes',
  'joint case review',
  'scheduling line',
  'patient education evening',
  'physical therapy capacity',
  'follow-up protocol',
];

export const NOTES = [
  'Asked for a direct line to scheduling.',
  'Happy with the last consult notes, wants them faster.',
  'Two patients waited more than three weeks; promised to look into it.',
  'Would like a joint case review next month.',
  'New nurse practitioner starts in spring.',
  'Prefers e-mail on Tuesdays and Thursdays.',
  'Mentioned that a competitor visited last week.',
  'Thanked us for the quick slot on Friday.',
];

export const SERVICE_LINES = ['cardiology', 'imaging', 'orthopedics', 'physical therapy', 'sleep medicine'];
