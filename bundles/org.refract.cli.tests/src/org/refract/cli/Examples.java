package org.refract.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command lines that documents show. */
final class Examples {
    private static final Pattern INLINE = Pattern.compile("`\\./(refract [^`]+)`");
    /** What stands beside an example to explain it. */
    private static final Pattern EXPLANATION = Pattern.compile("(?<=\\S) {2,}\\S.*$");

    private Examples() {
    }

    /**
     * A line as a shell reads it.
     *
     * @param document where it stands
     * @param line     as it stands there, continued lines joined
     * @param words    without {@code refract}
     */
    record Example(String document, String line, List<String> words) {
        @Override
        public String toString() {
            return document + ": " + line;
        }
    }

    /** The README of the project that is tested, found above the working folder. */
    static Path readme() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("mvnw"))) {
                return folder.resolve("README.md");
            }
        }
        throw new IllegalStateException("the tests run outside the project");
    }

    /** Blocks that are indented by four, and words between grave accents that begin with {@code ./refract}. */
    static List<Example> ofReadme() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (String line : Files.readAllLines(readme())) {
            if (line.matches(" {4}\\S.*")) {
                examples.add(example("README.md", line.strip().replaceFirst("^\\./", "")));
            }
            for (Matcher inline = INLINE.matcher(line); inline.find();) {
                examples.add(example("README.md", inline.group(1)));
            }
        }
        return examples;
    }

    /** What stands below the heading Example or Examples of a help text, indented by two; a line that ends with a backslash goes on. */
    static List<Example> ofHelp(String command, String help) {
        List<Example> examples = new ArrayList<>();
        boolean below = false;
        String begun = "";
        for (String line : help.lines().toList()) {
            if (line.matches("\\s*Examples?:.*refract .*")) {
                throw new IllegalArgumentException(command + " --help: examples stand below a line Examples, indented by two: " + line);
            }
            below = below ? !line.isBlank() : line.matches("Examples?");
            if (below && line.startsWith("  ")) {
                begun += line.strip();
                if (begun.endsWith("\\")) {
                    begun = begun.substring(0, begun.length() - 1);
                } else {
                    examples.add(example(command + " --help", begun));
                    begun = "";
                }
            }
        }
        return examples;
    }

    private static Example example(String document, String line) {
        String bare = EXPLANATION.matcher(line).replaceFirst("");
        List<String> words = words(bare);
        return new Example(document, bare, words.subList(words.getFirst().equals("refract") ? 1 : 0, words.size()));
    }

    /** The words of a line, without quotation marks and without what follows {@code >}. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quoted = 0;
        for (char c : (line + " ").toCharArray()) {
            if (quoted != 0 ? c == quoted : c == '"' || c == '\'') {
                quoted = quoted == 0 ? c : 0;
                begun = true;
            } else if (quoted == 0 && c == ' ') {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        int redirected = words.indexOf(">");
        return List.copyOf(redirected < 0 ? words : words.subList(0, redirected));
    }
}
