using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Volumes;

/// <summary>Attaching: one instance at a time, of the volume's own zone.</summary>
internal static class VolumeAttachmentActions
{
    public static object?[] Attach(Ec2Call call)
    {
        var request = call.Request;
        var (volumeId, instanceId) = (request.Required("VolumeId"), request.Required("InstanceId"));
        var device = request.Required("Device");
        return call.Perform(() =>
        {
            var volume = call.Region.Get<Volume>(volumeId);
            var instance = call.Region.Get<Instance>(instanceId);
            Check(volume, instance, device);
            volume.Attachment = new VolumeAttachment(instance, device, call.Now, DeleteOnTermination: false);
            return Render(volume, volume.Attachment, "attaching");
        });
    }

    public static object?[] Detach(Ec2Call call)
    {
        var request = call.Request;
        var volumeId = request.Required("VolumeId");
        var instanceId = request.Text("InstanceId");
        var device = request.Text("Device");
        request.Flag("Force");
        return call.Perform(() =>
        {
            var volume = call.Region.Get<Volume>(volumeId);
            if (
                volume.Attachment is not { } attachment
                || (instanceId ?? attachment.Instance.Id) != attachment.Instance.Id
                || (device ?? attachment.Device) != attachment.Device
            )
            {
                throw new ServiceError("IncorrectState", $"Volume '{volumeId}' is in the 'available' state.");
            }

            if (attachment.DeleteOnTermination && attachment.Instance.State == InstanceState.Running)
            {
                throw new ServiceError(
                    "OperationNotPermitted",
                    $"'{volumeId}' is the root volume of an instance that runs and may not be detached."
                );
            }

            volume.Attachment = null;
            return Render(volume, attachment, "detaching");
        });
    }

    private static void Check(Volume volume, Instance instance, string device)
    {
        if (volume.Attachment is { } attachment)
        {
            throw new ServiceError("VolumeInUse", $"{volume.Id} is already attached to {attachment.Instance.Id}");
        }

        if (volume.Zone != instance.Zone)
        {
            throw new ServiceError(
                "InvalidVolume.ZoneMismatch",
                $"The volume '{volume.Id}' is not in the same availability zone as instance '{instance.Id}'"
            );
        }

        if (instance.State is not (InstanceState.Running or InstanceState.Stopped))
        {
            throw new ServiceError("IncorrectState", $"Instance '{instance.Id}' is not 'running'.");
        }

        if (instance.Volumes.Any(v => v.Attachment!.Device == device))
        {
            throw new ServiceError(
                "InvalidParameterValue",
                $"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use"
            );
        }
    }

    private static object?[] Render(Volume volume, VolumeAttachment attachment, string status) =>
        [
            Leaf("volumeId", volume.Id),
            Leaf("instanceId", attachment.Instance.Id),
            Leaf("device", attachment.Device),
            Leaf("status", status),
            Leaf("attachTime", attachment.Time),
            Leaf("deleteOnTermination", attachment.DeleteOnTermination),
        ];
}
