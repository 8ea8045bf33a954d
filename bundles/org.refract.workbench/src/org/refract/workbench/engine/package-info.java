/** The engine behind {@link org.refract.workbench.subject}: models, dictionaries and atlases; the only package here that meets tensors. */
package org.refract.workbench.engine;
