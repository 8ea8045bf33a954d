/** k-sparse autoencoders of language models: top-k, AbsTopK and GroupMax. */
package org.refract.sae.ksparse;
