package dev.madang.server.turn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// coturn's command-line tools (Debian package coturn) as outside witnesses.
final class Coturn {
  private Coturn() {}

  /// What `turnutils_uclient` counted.
  record Result(int sent, int received, String output) {}

  /// Runs a tool to its end, at most 60 seconds, and answers what it printed.
  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    AtomicReference<String> output = new AtomicReference<>("");
    Thread reader = Thread.startVirtualThread(() -> output.set(readAll(process)));
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    reader.join();
    return output.get();
  }

  /// `turnutils_uclient`, without the RTCP twins whose allocations it cannot make.
  static Result client(int port, String host, Peer peer, List<String> options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "turnutils_uclient", "-c", "-p", "" + port, "-e", peer.host, "-r", "" + peer.port));
    command.addAll(options);
    command.add(host);
    String output = run(command.toArray(String[]::new));
    Matcher counts = COUNTS.matcher(output);
    assertThat(counts.find()).as(output).isTrue();
    return new Result(Integer.parseInt(counts.group(1)), Integer.parseInt(counts.group(2)), output);
  }

  /// `turnutils_peer`, which sends back what it gets, on a port that is free.
  static Peer peer(String host) throws Exception {
    int port;
    try (DatagramSocket free = new DatagramSocket(new InetSocketAddress(host, 0))) {
      port = free.getLocalPort();
    }
    Process process =
        new ProcessBuilder("turnutils_peer", "-L", host, "-p", "" + port)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (DatagramSocket probe = new DatagramSocket()) {
      probe.setSoTimeout(50);
      for (int i = 0; i < 100; i++) {
        try {
          probe.send(new DatagramPacket(new byte[200], 200, new InetSocketAddress(host, port)));
          probe.receive(new DatagramPacket(new byte[200], 200));
          return new Peer(process, host, port);
        } catch (SocketTimeoutException _) {
          // It is not up yet.
        }
      }
    }
    process.destroyForcibly();
    throw new AssertionError("turnutils_peer does not answer");
  }

  record Peer(Process process, String host, int port) implements AutoCloseable {
    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static String readAll(Process process) {
    StringBuilder all = new StringBuilder();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        all.append(line).append('\n');
      }
    } catch (IOException closed) {
      all.append(closed);
    }
    return all.toString();
  }

  private static final Pattern COUNTS =
      Pattern.compile("start_mclient: tot_send_msgs=(\\d+), tot_recv_msgs=(\\d+)");
}
