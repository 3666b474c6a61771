import dev.madang.compare.Lab;

/// Makes the network of `madang compare --lab`, says the names of its two hosts, and keeps it until
/// the input ends.
void main(String[] words) throws Exception {
  try (Lab lab = new Lab(words[0])) {
    IO.println(lab.beside(true).getLast() + " " + lab.beside(false).getLast());
    IO.readln();
  }
}
