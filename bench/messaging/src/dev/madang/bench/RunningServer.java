package dev.madang.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server as a child process, seen from outside: what the kernel says of its CPU time and memory.
final class RunningServer implements AutoCloseable {

  private final Process process;
  private final InetSocketAddress address;

  private RunningServer(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
  }

  /// Starts the peer on a free port and waits until it accepts connections.
  static RunningServer start(Peer peer, Path log) throws IOException, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
    List<String> command = new ArrayList<>(peer.command());
    command.add(Integer.toString(address.getPort()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    RunningServer server = new RunningServer(process, address);
    long deadline = System.nanoTime() + START_LIMIT_NANOS;
    while (!server.accepts()) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        server.close();
        throw new IOException(peer.name() + " does not start; its output is in " + log);
      }
      Thread.sleep(50);
    }
    return server;
  }

  InetSocketAddress address() {
    return address;
  }

  /// User and system time of the whole process, in microseconds.
  double cpuMicros() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    // proc(5): the name in parentheses may hold spaces; utime and stime are fields 14 and 15.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MICROS_PER_TICK;
  }

  /// Resident memory in KiB. What the kernel holds for the sockets is not in it.
  long residentKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no VmRSS for process " + process.pid());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  private boolean accepts() {
    try (Socket probe = new Socket()) {
      probe.connect(address, 200);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      return probe.getLocalPort();
    }
  }

  private static final long START_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  /// sysconf(_SC_CLK_TCK) is 100 on every Linux that runs a JVM.
  private static final double MICROS_PER_TICK = 10_000;
}
