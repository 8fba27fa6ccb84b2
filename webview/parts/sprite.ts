import { html } from 'lit-html';

/** Shapes of states (`s-`), kinds of node (`k-`) and tools (`t-`), drawn once and used by reference. 16-unit boxes. */
export const sprite = html`<svg class="sprite" aria-hidden="true" focusable="false">
  <!-- States. 16-unit box; every silhouette differs, so that none needs its colour. -->
  <symbol id="s-ok" viewBox="0 0 16 16">
    <circle class="f" cx="8" cy="8" r="6.5" />
    <path class="cut" d="M4.9 8.2l2.2 2.2 4.1-4.6" />
  </symbol>
  <symbol id="s-idle" viewBox="0 0 16 16">
    <circle class="l" cx="8" cy="8" r="5.9" />
    <path class="l" d="M5.2 8.2l2 2 3.7-4.2" />
  </symbol>
  <symbol id="s-copying" viewBox="0 0 16 16">
    <path class="l" d="M8 2v7.6M4.6 6.5L8 9.9l3.4-3.4M2.4 10.6v3h11.2v-3" />
  </symbol>
  <symbol id="s-catching" viewBox="0 0 16 16">
    <path class="l2" d="M3 3.6L7.2 8 3 12.4M8.6 3.6L12.8 8l-4.2 4.4" />
  </symbol>
  <symbol id="s-lagging" viewBox="0 0 16 16">
    <path class="f" d="M8 1.4L15.2 14H.8z" />
    <path class="cut" d="M8 5.6v4.1M8 11.4v1.3" />
  </symbol>
  <symbol id="s-growing" viewBox="0 0 16 16">
    <path class="f" d="M8 1.4L15.2 14H.8z" />
    <path class="cut" d="M8 12.2V6.9M5.8 8.9L8 6.6l2.2 2.3" />
  </symbol>
  <symbol id="s-expiring" viewBox="0 0 16 16">
    <path
      class="l"
      d="M3.5 1.8h9M3.5 14.2h9M4.6 2.2c0 3.2 2 4.4 3.4 5.8 1.4-1.4 3.4-2.6 3.4-5.8M4.6 13.8c0-3.2 2-4.4 3.4-5.8 1.4 1.4 3.4 2.6 3.4 5.8"
    />
    <path class="f" d="M5.6 13.6c.3-1.6 1.4-2.4 2.4-3.2 1 .8 2.1 1.6 2.4 3.2z" />
  </symbol>
  <symbol id="s-paused" viewBox="0 0 16 16">
    <circle class="l" cx="8" cy="8" r="6" />
    <path class="l2" d="M6.2 5.4v5.2M9.8 5.4v5.2" />
  </symbol>
  <symbol id="s-blocked" viewBox="0 0 16 16">
    <path class="f" d="M3 7.2h10v6.6H3z" />
    <path class="l" d="M5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7" />
  </symbol>
  <symbol id="s-disabled" viewBox="0 0 16 16">
    <circle class="l" cx="8" cy="8" r="6" />
    <path class="l" d="M3.8 12.2l8.4-8.4" />
  </symbol>
  <symbol id="s-stopped" viewBox="0 0 16 16">
    <path class="f" d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z" />
    <path class="cut" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
  </symbol>
  <symbol id="s-disconnected" viewBox="0 0 16 16">
    <path class="l2" d="M5.6 2.6v10.8M10.4 2.6v10.8M.6 8h5M10.4 8h5" />
  </symbol>
  <symbol id="s-lost" viewBox="0 0 16 16">
    <path class="f" d="M1.6 1.6h12.8v12.8H1.6z" />
    <path class="cut" d="M5 5l6 6M11 5l-6 6" />
  </symbol>
  <symbol id="s-mismatch" viewBox="0 0 16 16">
    <path class="f" d="M8 .6L15.4 8 8 15.4.6 8z" />
    <path class="cut" d="M8 4.4v4.4M8 10.4v1.4" />
  </symbol>
  <symbol id="s-noprivilege" viewBox="0 0 16 16">
    <circle class="l" cx="4.8" cy="8" r="3" />
    <path class="l" d="M7.8 8h6.6v3M11.4 8v2.4" />
  </symbol>
  <symbol id="s-unreachable" viewBox="0 0 16 16">
    <circle class="l dash" cx="8" cy="8" r="6" />
    <path class="l" d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" />
  </symbol>
  <symbol id="s-unknown" viewBox="0 0 16 16">
    <circle class="l dash" cx="8" cy="8" r="6" />
    <path class="l" d="M6.2 6.4c0-2.4 3.6-2.3 3.6-.1 0 1.3-1.8 1.5-1.8 2.9M8 10.6v1.2" />
  </symbol>
  <symbol id="s-stale" viewBox="0 0 16 16">
    <circle class="l" cx="8" cy="8" r="6" />
    <path class="l" d="M8 4.4V8l2.6 1.8" />
  </symbol>
  <symbol id="s-restricted" viewBox="0 0 16 16">
    <path
      class="l"
      d="M8 1.6l5.4 2v4c0 3.4-2.2 5.6-5.4 6.8-3.2-1.2-5.4-3.4-5.4-6.8v-4zM5.6 5.8l4.8 4.8M10.4 5.8l-4.8 4.8"
    />
  </symbol>
  <symbol id="s-change" viewBox="0 0 16 16">
    <path class="l" d="M2.6 13.4l.8-3.4 7.4-7.4 2.6 2.6L6 12.6z" />
  </symbol>
  <!-- Kinds of node. -->
  <symbol id="k-primary" viewBox="0 0 16 16">
    <path
      class="f"
      d="M2.5 3.6C2.5 2.2 5 1.4 8 1.4s5.5.8 5.5 2.2v8.8c0 1.4-2.5 2.2-5.5 2.2s-5.5-.8-5.5-2.2z"
    />
    <path class="cut" d="M3.4 4.6c1 .7 2.700 1.100 4.600 1.100s3.600-.4 4.600-1.100" />
  </symbol>
  <symbol id="k-standby" viewBox="0 0 16 16">
    <path
      class="l"
      d="M2.800 3.700c0-1.200 2.300-2 5.200-2s5.200.8 5.200 2v8.600c0 1.200-2.300 2-5.200 2s-5.200-.8-5.200-2zM2.800 3.700c0 1.200 2.300 2 5.200 2s5.200-.8 5.200-2"
    />
  </symbol>
  <symbol id="k-subscriber" viewBox="0 0 16 16">
    <path class="l" d="M2 2.500h12v11H2zM2 6h12M6.200 6v7.500M2 9.800h12" />
  </symbol>
  <symbol id="k-edge" viewBox="0 0 16 16">
    <path
      class="l"
      d="M1.800 9.500h3.600l1 1.800h3.200l1-1.800h3.600v4.300H1.800zM3 6.800h10M4.200 4.200h7.600"
    />
  </symbol>
  <symbol id="k-consumer" viewBox="0 0 16 16">
    <path class="l" d="M8 1.600l5.600 3.200v6.400L8 14.400l-5.600-3.200V4.800z" />
  </symbol>
  <symbol id="k-group" viewBox="0 0 16 16">
    <path class="l" d="M4.600 4.300V2h9.600v9.200h-2.400M1.800 4.400h9.800v9.400H1.800z" />
  </symbol>
  <!-- Tools. -->
  <symbol id="t-copy" viewBox="0 0 16 16">
    <path class="l" d="M5.500 5.500h8v8h-8zM10.500 5.300V2.500h-8v8h2.800" />
  </symbol>
  <symbol id="t-chevron" viewBox="0 0 16 16">
    <path class="l" d="M6 3.500L10.500 8 6 12.500" />
  </symbol>
  <symbol id="t-shield" viewBox="0 0 16 16">
    <path
      class="l"
      d="M8 1.600l5.400 2v4c0 3.400-2.200 5.600-5.400 6.800-3.200-1.200-5.400-3.400-5.400-6.800v-4z"
    />
  </symbol>
  <symbol id="t-file" viewBox="0 0 16 16">
    <path class="l" d="M3.500 1.700h5.500l3.500 3.500v9.100h-9zM8.800 1.900v3.500h3.500" />
  </symbol>
  <symbol id="t-search" viewBox="0 0 16 16">
    <circle class="l" cx="7" cy="7" r="4.500" />
    <path class="l" d="M10.300 10.300l3.700 3.700" />
  </symbol>
</svg>`;
