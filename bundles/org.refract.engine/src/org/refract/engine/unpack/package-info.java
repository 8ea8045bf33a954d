/** The main job: a model is recorded, its updates become dictionaries, these an atlas, and the atlas is put to use. */
package org.refract.engine.unpack;
