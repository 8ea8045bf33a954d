/** Reading and changing features while a model runs. */
package org.refract.engine.intervene;
