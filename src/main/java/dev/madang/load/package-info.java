/** Far ends of our own, many of them, that measure any server which speaks WHIP and WHEP. */
package dev.madang.load;
