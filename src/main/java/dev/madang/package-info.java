/** One process in which people and streams meet. */
package dev.madang;
