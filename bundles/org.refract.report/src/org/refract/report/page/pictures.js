"use strict";
/* Pictures cut from sprite sheets, and heat maps laid over them. */
const Pictures = (() => {
  const sheets = new Map();
  const overlay = {map: "spotlight", strength: 0.8, smooth: true};
  const drawn = new Set();
  const palettes = {
    inferno: d3.interpolateInferno, turbo: d3.interpolateTurbo, viridis: d3.interpolateViridis,
    jet: t => "rgb(" + [3, 2, 1].map(c => Math.round(255 * Math.max(0, Math.min(1, 1.5 - Math.abs(4 * t - c))))).join(",") + ")",
  };
  const tables = new Map();

  /** 256 colours of the palette in use. */
  function table() {
    if (!tables.has(overlay.map)) {
      tables.set(overlay.map, Array.from({length: 256}, (_, i) => d3.rgb(palettes[overlay.map](i / 255))));
    }
    return tables.get(overlay.map);
  }

  function sheet(file) {
    if (!sheets.has(file)) {
      sheets.set(file, new Promise(resolve => {
        const image = new Image();
        image.onload = () => resolve(image);
        image.onerror = () => resolve(null);
        image.src = file;
      }));
    }
    return sheets.get(file);
  }

  /**
   * A canvas with one cell of a set of sheets.
   * @param set   {files, cell: [width, height], columns, perSheet}
   * @param slot  number of the cell, or a negative number for an empty picture
   * @param heat  optional {values: Uint8Array, rows, columns}
   */
  function picture(set, slot, heat, name) {
    const [width, height] = set.cell;
    const canvas = Refract.h("canvas", {width: Math.max(width, 96), height: Math.max(height, 96), role: "img", "aria-label": name || ""});
    const job = {canvas, set, slot, heat};
    Refract.whenNear(canvas, () => {
      if (heat) {
        drawn.add(job);
      }
      draw(job);
    });
    return canvas;
  }

  async function draw({canvas, set, slot, heat}) {
    const context = canvas.getContext("2d");
    const [width, height] = set.cell;
    const image = slot < 0 ? null : await sheet(set.files[Math.floor(slot / set.perSheet)]);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    if (image) {
      const place = slot % set.perSheet;
      context.filter = heat && palettes[overlay.map] ? "saturate(" + (1 - .75 * overlay.strength) + ") brightness(" + (1 - .25 * overlay.strength) + ")" : "none";
      context.drawImage(image, place % set.columns * width, Math.floor(place / set.columns) * height, width, height, 0, 0, canvas.width, canvas.height);
      context.filter = "none";
    }
    if (heat && overlay.map !== "off") {
      lay(context, heat, canvas.width, canvas.height);
    }
  }

  /** Shade where the feature is not active, in shares of the largest value of this map. */
  function spotlight(heat, pixels) {
    const peak = Math.max(1, ...heat.values);
    return (value, i) => pixels.data.set([10, 10, 16, Math.round(255 * overlay.strength * (1 - Math.min(1, value / peak * 1.3)) ** .8)], i * 4);
  }

  /** Colours in shares of the feature's largest activation; what is zero is transparent. */
  function coloured(pixels) {
    const colours = table();
    return (value, i) => {
      const c = colours[value];
      pixels.data.set([c.r, c.g, c.b, Math.round(255 * overlay.strength * Math.min(1, value / 255 * 1.25))], i * 4);
    };
  }

  function lay(context, heat, width, height) {
    const small = document.createElement("canvas");
    small.width = heat.columns;
    small.height = heat.rows;
    const pixels = new ImageData(heat.columns, heat.rows);
    heat.values.forEach(overlay.map === "spotlight" ? spotlight(heat, pixels) : coloured(pixels));
    small.getContext("2d").putImageData(pixels, 0, 0);
    context.imageSmoothingEnabled = overlay.smooth;
    context.drawImage(small, 0, 0, width, height);
    context.imageSmoothingEnabled = true;
  }

  /** Changes how heat maps look, everywhere on the page. */
  function restyle(changes) {
    Object.assign(overlay, changes);
    for (const job of drawn) {
      if (job.canvas.isConnected) {
        draw(job);
      } else {
        drawn.delete(job);
      }
    }
  }

  /** Bytes from base64. */
  function bytes(text) {
    return Uint8Array.from(atob(text), c => c.charCodeAt(0));
  }

  /** The controls for palette, strength and smoothness. */
  function controls() {
    const {h} = Refract;
    const select = h("select", {"aria-label": "How heat maps look", "data-overlay": true, onchange: () => restyle({map: select.value})},
      [["spotlight", "Spotlight"], ["inferno", "Inferno"], ["turbo", "Turbo"], ["jet", "Jet"], ["viridis", "Viridis"], ["off", "none"]].map(([value, name]) =>
        h("option", {value, selected: value === overlay.map}, name)));
    select.addEventListener("change", () => document.querySelectorAll("select[data-overlay]").forEach(s => s.value = overlay.map));
    const range = h("input", {type: "range", min: 0.1, max: 1, step: 0.05, value: overlay.strength, "aria-label": "Strength of heat maps",
      oninput: () => restyle({strength: Number(range.value)})});
    const smooth = h("input", {type: "checkbox", checked: overlay.smooth, onchange: () => restyle({smooth: smooth.checked})});
    return [h("label", {}, "Heat map", select, range), h("label", {}, smooth, "smooth")];
  }

  return {picture, bytes, controls};
})();
