/** Requests as they are written: JSON, with tensors beside it. */
package org.refract.engine.request;
