/** What JSON files say, read strictly. */
package org.refract.api.json;
