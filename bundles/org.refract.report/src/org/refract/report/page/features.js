"use strict";
/* The features of a block, as the atlas and the page of one feature need them. */
const Features = (() => {
  const lists = new Map();

  /** Every feature of a block: [{latent, density, mean, max, std, active, label, score, terms, words}]. */
  function all(block) {
    if (!lists.has(block.index)) {
      lists.set(block.index, Refract.load("features-" + block.index).then(columns => columns.density.map((density, latent) => {
        const terms = columns.terms[latent];
        const text = (columns.label[latent] + " " + terms.join(" ") + " " + columns.words[latent].map(w => columns.vocabulary[w]).join(" ")).toLowerCase();
        return {latent, density, mean: columns.mean[latent], max: columns.max[latent], std: columns.std[latent], active: columns.active[latent],
          label: columns.label[latent], score: columns.score[latent], terms, text};
      })));
    }
    return lists.get(block.index);
  }

  /** What is known of one feature beyond its numbers: {examples: [{slot, strength, max, heat}], near: [{latent, cosine, jaccard}], bins}. */
  async function detail(block, latent) {
    const chunk = await Refract.load("examples-" + block.index + "-" + Math.floor(latent / block.chunk));
    const entry = chunk[latent % block.chunk];
    const size = block.rows * block.columns;
    const heat = Pictures.bytes(entry.heat);
    return {
      examples: entry.slot.map((slot, i) => ({slot, strength: entry.strength[i], max: entry.max[i],
        heat: {values: heat.subarray(i * size, (i + 1) * size), rows: block.rows, columns: block.columns}})),
      near: entry.near.map(([other, cosine, jaccard]) => ({latent: other, cosine, jaccard})),
      bins: entry.bins,
    };
  }

  return {all, detail};
})();
