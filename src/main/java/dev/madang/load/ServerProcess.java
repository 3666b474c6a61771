package dev.madang.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a server's process took so far, as Linux counts it. Any thread.
record ServerProcess(List<Long> pids) {
  /// CPU time of user and system, all threads of all processes, in nanoseconds.
  long cpu() throws IOException {
    long ticks = 0;
    for (long pid : pids) {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // The name of the program stands in brackets and may have spaces in it.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      ticks += Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
    }
    return ticks * TICK;
  }

  /// Resident memory in bytes.
  long resident() throws IOException {
    long kilobytes = 0;
    for (long pid : pids) {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    }
    return kilobytes * 1024;
  }

  /// How long the machine's cores did nothing so far, in nanoseconds.
  static long idle() throws IOException {
    String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
    return (Long.parseLong(fields[IDLE]) + Long.parseLong(fields[IDLE + 1])) * TICK;
  }

  // proc(5): fields 14 and 15, of which two went with the brackets.
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int IDLE = 4;

  /// USER_HZ is 100 on every architecture there is.
  private static final long TICK = 10_000_000L;
}
