package org.refract.engine.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.refract.api.RefractException;
import org.refract.api.model.Placement;

/** The devices of this machine, each with the one thread on which its tensors live. */
@Component(service = Devices.class)
public final class Devices implements AutoCloseable {

    private final Map<String, DeviceExecutor> executors = new ConcurrentHashMap<>();

    /**
     * The executor of a placement's device.
     *
     * @throws RefractException if this machine has no such device
     */
    public DeviceExecutor executor(Placement placement) throws RefractException {
        Device device = device(placement);
        int gpus = device.isGpu() ? Engine.getEngine("PyTorch").getGpuCount() : 0;
        if (device.isGpu() && device.getDeviceId() >= gpus) {
            throw RefractException.usage("There is no device %s: this machine offers cpu%s.", placement.device(), gpus == 0
                    ? " only"
                    : " and cuda:0 to cuda:" + (gpus - 1));
        }
        return executors.computeIfAbsent(placement.device(), DeviceExecutor::new);
    }

    /** DJL's name of a placement's device. */
    public static Device device(Placement placement) {
        String name = placement.device();
        return name.equals("cpu") ? Device.cpu() : Device.gpu(Integer.parseInt(name.substring(name.indexOf(':') + 1)));
    }

    /** Ends the device threads after what they are doing now. */
    @Override
    @Deactivate
    public void close() {
        executors.values().forEach(DeviceExecutor::close);
        executors.clear();
    }
}
