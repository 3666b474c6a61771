package dev.madang.compare;

import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// That the machine was busy: bare UDP, the control, took much longer than its network does, and
/// whatever made it wait made all others wait. Known where the network's own delay is: in a lab,
/// and over loopback.
///
/// @param control of UDP, where it was worst
/// @param network milliseconds that it might have taken at most
record Busy(Figures control, double network) {

  /// Null when it was not, or when nobody can tell.
  static @Nullable Busy of(
      @Nullable Map<String, Object> lab, String server, List<Figures> figures) {
    Double network = lab == null ? overLoopback(server) : within(lab);
    if (network == null) {
      return null;
    }
    return figures.stream()
        .filter(each -> each.lane() == Kind.UDP && each.failure() == null)
        // Few tell nothing: the slowest of them is their 95th percentile. And bursts queue.
        .filter(each -> each.workload().shape() == Workload.Shape.TOGETHER && each.sent() >= FEW)
        .max(Comparator.comparingDouble(Figures::p95))
        .filter(each -> each.p95() > network + NOISE_MILLIS)
        .map(each -> new Busy(each, network))
        .orElse(null);
  }

  private static @Nullable Double overLoopback(String server) {
    String host = server.isEmpty() ? null : URI.create(server).getHost();
    return host != null && LOOPBACK.contains(host) ? 0.0 : null;
  }

  /// A narrow line is busy by itself.
  private static @Nullable Double within(Map<String, Object> lab) {
    double rate = number(lab, "rate");
    return rate > 0 && rate < WIDE ? null : number(lab, "rtt") + 2 * number(lab, "jitter");
  }

  private static double number(Map<String, Object> lab, String name) {
    return lab.get(name) instanceof Number number ? number.doubleValue() : 0;
  }

  String sentence(boolean korean) {
    return String.format(
        Locale.ROOT,
        korean
            ? "믿기 어려워요: 이 기기가 바빴어요. 비교 기준인 UDP가 %s에서 %.0f ms면 될 것을 %.0f ms(p95) 걸렸고, 다른 방식도 그만큼"
                + " 늦어졌어요. 다른 프로그램을 닫고 다시 재 보세요."
            : "Doubtful: this machine was busy. In %s bare UDP, the control, took %3$.0f ms (p95) where"
                + " its network takes %2$.0f, and all others waited with it. Close what else runs here"
                + " and measure again.",
        Words.workload(control.workload(), korean),
        network,
        control.p95());
  }

  private static final double NOISE_MILLIS = 10;
  private static final int FEW = 50;
  private static final double WIDE = 5e6;
  private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");
}
