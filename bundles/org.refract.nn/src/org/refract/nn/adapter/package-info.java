/** What files of adapters (LoRA and its kin) add to the weights of a network. */
package org.refract.nn.adapter;
