package org.refract.engine.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.refract.api.RefractException;

/** What torch puts before every name of a wrapped module is taken off, and only that. */
final class StateNamesTest {

    @Test
    void whatStandsBeforeEveryNameIsTakenOff() {
        StateNames names = StateNames.of(List.of("module._orig_mod.b_dec", "module._orig_mod.encoder.weight"));
        assertEquals(Map.of("b_dec", "module._orig_mod.b_dec", "encoder.weight", "module._orig_mod.encoder.weight"), names.names());
        assertEquals(Optional.of("module._orig_mod."), names.prefix());
        assertEquals(Optional.of("the prefix 'module._orig_mod.' of its names taken off"), names.note());
    }

    @Test
    void namesOfWhichNoneIsKnownAreListed() throws Exception {
        StateNames names = StateNames.of(List.of("net.a", "net.b"));
        String said = assertThrows(RefractException.class, () -> names.require(Path.of("ae.pt"), "AutoEncoder", List.of("bias"))).getMessage();
        assertEquals("ae.pt holds no AutoEncoder: none of its tensors is called bias, they are net.a, net.b. They are of another class, or the file is not"
                + " the state_dict() of the dictionary alone.", said);
        names.require(Path.of("ae.pt"), "AutoEncoder", List.of("bias", "net.a"));
    }

    @Test
    void whatStandsBeforeSomeOrIsTheModulesOwnIsLeft() {
        assertEquals(Optional.empty(), StateNames.of(List.of("module.b_dec", "k")).prefix());
        assertEquals(Optional.empty(), StateNames.of(List.of("encoder.weight", "encoder.bias")).prefix());
        assertEquals(Map.of(), StateNames.of(List.of()).names());
    }

    @Test
    void ofOneAmongSeveralDictionariesOnlyItsOwnAreTaken() {
        StateNames names = StateNames.inside(List.of("ae._orig_mod.k", "optimizer.state.0.step"), "ae.");
        assertEquals(Map.of("k", "ae._orig_mod.k"), names.names());
        assertEquals(Optional.of("ae._orig_mod."), names.prefix());
        assertEquals(Map.of(), StateNames.inside(List.of("k"), "ae.").names());
    }
}
