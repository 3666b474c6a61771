package dev.madang.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `madang load`: publishers and receivers of our own against any URL of WHIP and WHEP.
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    customSynopsis = "madang load WHIP-URL [WHEP-URL] [OPTIONS]",
    description = "measure a server with publishers and receivers of our own",
    footer = {
      "",
      "One URL with /whip in it is enough where the other has /whep instead. {n} in a URL is",
      "the publisher's number, from 0: receivers come to each in turn. A room should be empty, as",
      "receivers get what was sent there first; Madang takes four programs a room",
      "(--whip.programs), so five publishers want {n}.",
      "",
      "  madang load http://localhost:7700/whip/yard --receivers 50 --pid PID"
    })
public final class Load implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "1..2", paramLabel = "URL", description = "of WHIP, and of WHEP")
  List<String> urls = List.of();

  @Option(names = "--publishers", defaultValue = "1", description = "how many send (1)")
  int publishers = 1;

  @Option(names = "--receivers", defaultValue = "10", description = "how many receive (10)")
  int receivers = 10;

  @Option(
      names = "--bitrate",
      defaultValue = "2.5M",
      description = "of the pictures, in bit/s; 50 Opus packets a second come on top (2.5M)")
  String bitrate = "2.5M";

  @Option(names = "--codec", defaultValue = "h264", description = "h264 or vp8 (h264)")
  String codec = "h264";

  @Option(
      names = "--pattern",
      defaultValue = "groups",
      description =
          "how a picture's packets leave: frames (all at once), groups (three every 5 ms, as"
              + " browsers send), singles (evenly) (groups)")
  String pattern = "groups";

  @Option(names = "--warm-up", defaultValue = "5", description = "seconds before the window (5)")
  double warmUp = 5;

  @Option(names = "--duration", defaultValue = "10", description = "seconds of the window (10)")
  double duration = 10;

  @Option(
      names = "--loss",
      defaultValue = "0",
      description = "percent of what reaches a receiver that it throws away (0)")
  double loss;

  @Option(
      names = "--pid",
      split = ",",
      description = "of the server, on this machine: whose CPU and memory are told")
  List<Long> pids = List.of();

  @Option(names = "--token", description = "goes along as Authorization: Bearer")
  @Nullable String token;

  @Option(
      names = "--rehearsals",
      defaultValue = "0",
      description = "how often all receivers come and go before it counts (0)")
  int rehearsals;

  @Option(
      names = "--joining",
      defaultValue = "8",
      description = "how many receivers connect at a time (8)")
  int joining = 8;

  @Option(names = "--threads", defaultValue = "1", description = "loops of receivers (1)")
  int threads = 1;

  @Option(
      names = "--coalesce",
      description = "let the kernel join what a receiver gets (UDP_GRO), as no browser does")
  boolean coalesce;

  @Option(names = "--json", description = "print the result as JSON")
  boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Plan plan = plan();
    try (Run run = new Run(plan, what -> spec.commandLine().getErr().println("… " + what))) {
      Result result = run.measure();
      if (json) {
        spec.commandLine().getOut().println(json(result));
      } else {
        result.lines().forEach(spec.commandLine().getOut()::println);
      }
      return result.ended().isEmpty() ? 0 : 1;
    } catch (ExecutionException e) {
      return fail(String.valueOf(e.getCause()));
    } catch (IOException e) {
      return fail(String.valueOf(e));
    }
  }

  private int fail(String why) {
    spec.commandLine().getErr().println(why);
    return 1;
  }

  static String json(Result result) {
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(result);
  }

  private Plan plan() {
    try {
      return new Plan(
          urls.getFirst(),
          urls.size() > 1 ? urls.get(1) : urls.getFirst().replaceFirst("/whip", "/whep"),
          token,
          publishers,
          receivers,
          bits(bitrate),
          isVp8(),
          Pattern.valueOf(pattern.toUpperCase(Locale.ROOT)),
          seconds(warmUp),
          seconds(duration),
          loss / 100,
          rehearsals,
          joining,
          threads,
          coalesce,
          pids);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private boolean isVp8() {
    return switch (codec.toLowerCase(Locale.ROOT)) {
      case "vp8" -> true;
      case "h264" -> false;
      default -> throw new IllegalArgumentException("--codec is h264 or vp8");
    };
  }

  private static Duration seconds(double said) {
    return Duration.ofNanos((long) (said * 1e9));
  }

  /// `2500000`, `2500k` or `2.5M`.
  static int bits(String said) {
    Integer unit = UNITS.get(said.substring(said.length() - 1));
    String number = unit == null ? said : said.substring(0, said.length() - 1);
    return (int) (Double.parseDouble(number) * (unit == null ? 1 : unit));
  }

  private static final Map<String, Integer> UNITS = Map.of("k", 1000, "M", 1_000_000);
}
