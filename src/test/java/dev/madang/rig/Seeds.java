package dev.madang.rig;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/// Gives tests a [Seed], the same for the same test and repetition in every run, or what
/// `-Dmadang.seed=N` says; and says which it was when the test fails.
///
/// ```
/// @ExtendWith(Seeds.class)
/// class RelayTest {
///   @RepeatedTest(20)
///   void survivesLoss(Seed seed) { … }
/// }
/// ```
public final class Seeds implements ParameterResolver, TestExecutionExceptionHandler {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
    return parameter.getParameter().getType() == Seed.class;
  }

  @Override
  public Seed resolveParameter(ParameterContext parameter, ExtensionContext test) {
    return seedOf(test);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext test, Throwable failure)
      throws Throwable {
    boolean seeded =
        test.getTestMethod().stream()
            .flatMap(method -> Stream.of(method.getParameterTypes()))
            .anyMatch(type -> type == Seed.class);
    if (!seeded) {
      throw failure;
    }
    long seed = seedOf(test).value();
    throw new AssertionError("with -Dmadang.seed=" + seed + ": " + failure.getMessage(), failure);
  }

  private static Seed seedOf(ExtensionContext test) {
    Long given = Long.getLong("madang.seed");
    if (given != null) {
      return new Seed(given);
    }
    long seed = 1125899906842597L;
    for (char c : test.getUniqueId().toCharArray()) {
      seed = 31 * seed + c;
    }
    return new Seed(seed);
  }
}
