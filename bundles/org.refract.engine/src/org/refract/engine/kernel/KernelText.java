package org.refract.engine.kernel;

import ai.djl.pytorch.jni.KernelCalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Turns plain functions into a TorchScript archive.
 *
 * <p>Every function becomes a method of one class, calls between functions of the text become method calls, and names of element types
 * ({@code torch.float32}) become the numbers that the archive dialect wants. A line keeps its number, so TorchScript's messages can be
 * related to the text.
 */
final class KernelText {

    /** Lines of the archive's code before the first line of the text. */
    static final int LINES_BEFORE = 1;

    /** torch's own numbers of its element types, c10/core/ScalarType.h. */
    private static final Map<String, Integer> SCALAR_TYPES =
            Map.ofEntries(
                    Map.entry("uint8", 0),
                    Map.entry("int8", 1),
                    Map.entry("int16", 2),
                    Map.entry("int32", 3),
                    Map.entry("int64", 4),
                    Map.entry("float16", 5),
                    Map.entry("float32", 6),
                    Map.entry("float64", 7),
                    Map.entry("complex64", 9),
                    Map.entry("bool", 11),
                    Map.entry("bfloat16", 15),
                    Map.entry("float8_e5m2", 23),
                    Map.entry("float8_e4m3fn", 24));

    private static final Pattern DEFINITION = Pattern.compile("(?m)^def\\s+([A-Za-z_]\\w*)\\s*\\(\\s*");
    private static final String LITERAL_OR_COMMENT = "(?<skip>\"[^\"\\n]*\"|'[^'\\n]*'|#[^\\n]*)";

    private final String text;
    private final Set<String> functions;

    KernelText(String text) {
        this.text = text.replace("\r\n", "\n");
        this.functions = new HashSet<>();
        Matcher definition = DEFINITION.matcher(this.text);
        while (definition.find()) {
            functions.add(definition.group(1));
        }
    }

    /** Names of the functions that the text defines. */
    Set<String> functions() {
        return Set.copyOf(functions);
    }

    /** The names to which a function unpacks an argument; nothing if it does not. */
    Optional<List<String>> unpacked(String function, String argument) {
        Matcher body = Pattern.compile("(?ms)^def\\s+" + Pattern.quote(function) + "\\s*\\(.*?(?=^\\S|\\z)").matcher(text);
        if (!body.find()) {
            return Optional.empty();
        }
        Matcher line = Pattern.compile("(?m)^\\s+(\\w+(?:\\s*,\\s*\\w+)*)\\s*,?\\s*=\\s*" + Pattern.quote(argument) + "\\s*(?:#.*)?$").matcher(body.group());
        return line.find() ? Optional.of(List.of(line.group(1).split("\\s*,\\s*"))) : Optional.empty();
    }

    /** The code of the archive: class {@code M} with the text's functions as methods. */
    String code() {
        String names = functions.isEmpty() ? "(?!)" : String.join("|", functions);
        Pattern word =
                Pattern.compile(
                        LITERAL_OR_COMMENT
                                + "|(?m:^)def\\s+(?<definition>\\w+)\\s*\\(\\s*(?<end>\\))?"
                                + "|(?<![\\w.])torch\\.(?<type>"
                                + String.join("|", SCALAR_TYPES.keySet())
                                + ")\\b|(?<![\\w.])(?<call>"
                                + names
                                + ")(?=\\s*\\()");
        StringBuilder body = new StringBuilder();
        Map<String, Integer> groups = new HashMap<>(word.namedGroups());
        Matcher matcher = word.matcher(text);
        while (matcher.find()) {
            matcher.appendReplacement(body, Matcher.quoteReplacement(replacement(matcher, groups)));
        }
        matcher.appendTail(body);
        String indented = body.toString().replaceAll("(?m)^(?=[^\\n])", "  ");
        return "class M(Module):\n"
                + indented
                + "\n  def "
                + KernelCalls.NONE
                + "(self: __torch__.M) -> Optional[Tensor]:\n    return None\n";
    }

    private static String replacement(MatchResult match, Map<String, Integer> groups) {
        String skip = match.group(groups.get("skip"));
        if (skip != null) {
            return skip.startsWith("#") ? "" : skip;
        }
        String definition = match.group(groups.get("definition"));
        if (definition != null) {
            return "def " + definition + "(self: __torch__.M" + (match.group(groups.get("end")) == null ? ", " : ")");
        }
        String type = match.group(groups.get("type"));
        return type != null ? SCALAR_TYPES.get(type).toString() : "self." + match.group(groups.get("call"));
    }

    /** The archive as bytes: a stored zip with the four entries that torch's reader asks for, format version 10. */
    byte[] archive() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "kernels/data.pkl", "\u0080\u0002c__torch__\nM\n)\u0081}b.".getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "kernels/code/__torch__.py", code().getBytes(StandardCharsets.UTF_8));
            add(zip, "kernels/constants.pkl", "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1));
            add(zip, "kernels/version", "10\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
