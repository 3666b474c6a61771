/// What outlives the process, by JDBC. Everything here waits and is for virtual threads.
package dev.madang.store;
