/// What outlives the process, by JDBC. Everything here waits and is for virtual threads.
@org.jspecify.annotations.NullMarked
package dev.madang.store;
