/** Where things lie, and which versions are at work. */
package org.refract.engine;
