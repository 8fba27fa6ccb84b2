// Draws media/icon.png, which galleries want as PNG, from the drawing below: a server and the two that follow it.
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../test/host/browser.mjs';

const SIZE = 256;
const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="0 0 256 256">
  <defs>
    <linearGradient id="ground" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#2b3d54"/><stop offset="1" stop-color="#182230"/>
    </linearGradient>
    <linearGradient id="body" x1="0" y1="0" x2="1" y2="0">
      <stop offset="0" stop-color="#5b9bd5"/><stop offset="1" stop-color="#336791"/>
    </linearGradient>
    <clipPath id="shape"><path d="M38 76v104c0 17 23 31 51 31s51-14 51-31V76z"/></clipPath>
  </defs>
  <rect width="256" height="256" rx="52" fill="url(#ground)"/>
  <g fill="none" stroke="#8fd3c1" stroke-width="9" stroke-linecap="round">
    <path d="M138 104 C165 104 168 78 186 78"/>
    <path d="M138 150 C165 150 168 182 186 182"/>
  </g>
  <path d="M38 76v104c0 17 23 31 51 31s51-14 51-31V76z" fill="url(#body)"/>
  <ellipse cx="89" cy="76" rx="51" ry="24" fill="#a9cdec"/>
  <g clip-path="url(#shape)" fill="none" stroke="#182230" stroke-opacity="0.55" stroke-width="7">
    <path d="M38 112c0 17 23 31 51 31s51-14 51-31"/>
    <path d="M38 147c0 17 23 31 51 31s51-14 51-31"/>
  </g>
  <circle cx="200" cy="78" r="24" fill="#8fd3c1"/>
  <circle cx="200" cy="182" r="24" fill="#8fd3c1"/>
  <path d="M190 78l7 8 13-15M190 182l7 8 13-15" fill="none" stroke="#182230" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } });
await page.setContent(`<body style="margin:0;background:transparent">${DRAWING}</body>`);
const path = fileURLToPath(new URL('../media/icon.png', import.meta.url));
await page.screenshot({ path, omitBackground: true });
await browser.close();
