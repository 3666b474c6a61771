/// `madang compare`: measures transports side by side and says which to use for what.
@org.jspecify.annotations.NullMarked
package dev.madang.compare;
