package dev.madang;

import dev.madang.check.Finding;
import dev.madang.check.Finding.Mark;
import dev.madang.check.Machine;
import dev.madang.check.Reach;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `madang doctor [URL]`.
@Command(
    name = "doctor",
    customSynopsis = "madang doctor [URL] [--korean] [--config=FILE] [--KEY=VALUE ...]",
    description = {
      "can it work? without URL this machine and the server on it; with URL whether that server is",
      "reached from here on every way that a browser takes. The page /check does it in a browser."
    })
final class DoctorCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();

  @Mixin Main.Settings settings = new Main.Settings();

  @Option(names = "--korean", description = "speak Korean")
  boolean korean;

  @Override
  public Integer call() throws InterruptedException {
    boolean elsewhere = !settings.flags.isEmpty() && !settings.flags.getFirst().startsWith("-");
    URI server = elsewhere ? CompareCommand.address(settings.flags.removeFirst()) : null;
    List<Finding> all = new ArrayList<>();
    PrintWriter out = spec.commandLine().getOut();
    if (server == null) {
      Config config = settings.reader(Map.of()).read();
      Machine.look(config.data()).forEach(each -> tell(each, all, out));
      server = URI.create("http://localhost:" + config.http().port() + "/");
    }
    try (Reach reach = new Reach(server, each -> tell(each, all, out))) {
      reach.look();
    }
    long failed = all.stream().filter(each -> each.mark() == Mark.FAIL).count();
    long warned = all.stream().filter(each -> each.mark() == Mark.WARN).count();
    out.println();
    out.println(
        korean
            ? failed + "개가 안 되고, " + warned + "개를 살펴봐야 해요."
            : "%d failed, %d to look at.".formatted(failed, warned));
    return failed > 0 ? 1 : 0;
  }

  private void tell(Finding each, List<Finding> all, PrintWriter out) {
    all.add(each);
    out.println(each.line(korean));
    out.flush();
  }
}
