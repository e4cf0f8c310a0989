/** Twelve headers as a browser sends them beside Host. */
export const browserHeaders: readonly (readonly [string, string])[] = [
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'],
  ['Accept-Language', 'en-GB,en;q=0.7,de;q=0.3'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Referer', 'https://shop.example.com/catalogue/chairs?page=2'],
  [
    'Cookie',
    'session=6f1c2d0c9a7b4e3f8d5a; theme=dark; consent=yes; cart=3; _ga=GA1.2.1803219544.1718871234',
  ],
  ['Upgrade-Insecure-Requests', '1'],
  ['Sec-Fetch-Dest', 'document'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-Site', 'same-origin'],
  ['Priority', 'u=0, i'],
  ['Cache-Control', 'max-age=0'],
];
