-- One file is the atlas of one sparse autoencoder. Every table is written in order of the latent, so that DuckDB's
-- row-group statistics find one feature's rows without an index.

-- Provenance and shape: schema, point, model, model_fingerprint, variant, latents, width, recordings, positions, rows,
-- columns, and the maker's further facts.
CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);

-- One row per latent. density: share of positions with activation > 0. mean, max, std: of the positive activations, 0 if
-- there were none. recordings: in how many it was active. label*: empty where nothing sets its examples apart;
-- label_terms and label_term_scores are the labeler's candidates, best first.
CREATE TABLE features (
  latent INTEGER NOT NULL, density DOUBLE NOT NULL, mean DOUBLE NOT NULL, max DOUBLE NOT NULL, std DOUBLE NOT NULL,
  recordings BIGINT NOT NULL, label VARCHAR NOT NULL, label_score DOUBLE NOT NULL, label_source VARCHAR NOT NULL,
  label_terms VARCHAR[] NOT NULL, label_term_scores DOUBLE[] NOT NULL);

-- Top examples. rank: 0 is the strongest. strength: mean activation over positions. map: rows × columns activations,
-- row-major, float32, little-endian.
CREATE TABLE examples (
  latent INTEGER NOT NULL, rank INTEGER NOT NULL, recording BIGINT NOT NULL, strength DOUBLE NOT NULL, max DOUBLE NOT NULL,
  map BLOB NOT NULL);

-- The recordings that the examples point at.
CREATE TABLE recordings (recording BIGINT NOT NULL, prompt VARCHAR NOT NULL);

-- Nearest features. cosine: of the decoder rows. coactivation: Jaccard index of the sets of recordings in which they
-- were active.
CREATE TABLE neighbours (
  latent INTEGER NOT NULL, rank INTEGER NOT NULL, neighbour INTEGER NOT NULL, cosine DOUBLE NOT NULL,
  coactivation DOUBLE NOT NULL);

-- How strong a feature is where it is active. bin b holds activations in [10^(b/8 - 4), 10^((b+1)/8 - 4)); bins without
-- any are left out.
CREATE TABLE histograms (latent INTEGER NOT NULL, bin INTEGER NOT NULL, positions BIGINT NOT NULL);
