/** Files: tensors, checked and mapped; JSON with sentences; writing that happens whole or not at all. */
package org.refract.engine.file;
