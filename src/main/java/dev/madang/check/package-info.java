/// Can this machine and this network do it? What `madang doctor` finds out.
@org.jspecify.annotations.NullMarked
package dev.madang.check;
