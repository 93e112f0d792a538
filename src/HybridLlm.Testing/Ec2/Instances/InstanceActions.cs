using System.Globalization;
using HybridLlm.Testing.Ec2.LaunchTemplates;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Launching, listing and ending instances.</summary>
internal static class InstanceActions
{
    private static readonly FilterTable<Instance> s_filters = new(i => i.Tags)
    {
        { "instance-id", i => i.Id },
        { "instance-state-name", i => i.StateName },
        { "instance-state-code", i => ((int)i.State).ToString(CultureInfo.InvariantCulture) },
        { "instance-type", i => i.Type.Name },
        { "instance-lifecycle", i => i.Spot is null ? null : "spot" },
        { "image-id", i => i.Image.Id },
        { "availability-zone", i => i.Zone.Name },
        { "availability-zone-id", i => i.Zone.Id },
        { "subnet-id", i => Connected(i, i.Interface.Subnet.Id) },
        { "vpc-id", i => Connected(i, i.Interface.Subnet.Vpc.Id) },
        { "client-token", i => i.ClientToken },
        { "reservation-id", i => i.ReservationId },
        { "spot-instance-request-id", i => i.Spot?.Id },
        { "private-ip-address", i => Connected(i, i.Interface.PrivateIp) },
        { "ip-address", i => Connected(i, i.Interface.PublicIp) },
        { "instance.group-id", i => i.IsGone ? [] : i.Interface.Groups.Select(g => g.Id) },
        { "state-reason-code", i => i.Reason?.Code },
        { "metadata-options.http-tokens", i => i.Metadata.HttpTokens },
        { "architecture", i => i.Type.Architecture },
    };

    public static object?[] Run(Ec2Call call)
    {
        var request = call.Request;
        var least = request.Integer("MinCount") ?? throw ServiceError.Missing("MinCount");
        var most = request.Integer("MaxCount") ?? throw ServiceError.Missing("MaxCount");
        var template = LaunchTemplateReference.Read(request.Structure("LaunchTemplate"));
        var direct = LaunchSpecificationReader.Read(request);
        var token = request.Text("ClientToken");
        if (least < 1 || most < least)
        {
            throw new ServiceError("InvalidParameterValue", $"Invalid MinCount {least} and MaxCount {most}.");
        }

        return call.PerformOnce(
            () =>
            {
                var version = template?.Resolve(call.Region);
                var wanted = version is null ? direct : direct.Over(version.Data);
                var launch = ResolvedLaunch.Resolve(call.Region, wanted, wanted.Spot);
                var tags = version?.InstanceTags() ?? new Dictionary<string, string>();
                return Launcher.Launch(call.Region, launch, least, most, token, tags);
            },
            launched => InstanceXml.Reservation(call.Region, launched)
        );
    }

    public static object?[] Describe(Ec2Call call)
    {
        var ids = call.Request.List("InstanceId");
        var keep = s_filters.Read(call.Request);
        var paging = Describing.ReadPaging(call, "instancesSet", ids, limit: 1000);
        return call.Perform(() =>
        {
            var found = ids.Count > 0 ? call.Region.GetAll<Instance>(ids) : call.Region.Visible<Instance>();
            var reservations = found.Where(keep).GroupBy(i => i.ReservationId).Select(r => r.ToList());
            return Describing.Answer(
                "reservationSet",
                paging.Cut(reservations),
                r => InstanceXml.Reservation(call.Region, r)
            );
        });
    }

    public static object?[] Terminate(Ec2Call call)
    {
        call.Request.Only("Force", "false");
        call.Request.Only("SkipOsShutdown", "false");
        return ChangeState(
            call,
            instances =>
            {
                if (instances.FirstOrDefault(i => i.TerminationProtected) is { } instance)
                {
                    throw new ServiceError(
                        "OperationNotPermitted",
                        $"The instance '{instance.Id}' may not be terminated. Modify its 'disableApiTermination' "
                            + "instance attribute and try again."
                    );
                }
            },
            i => InstanceLife.Terminate(i, StateReason.ByUser)
        );
    }

    public static object?[] Stop(Ec2Call call)
    {
        call.Request.Only("Force", "false");
        return ChangeState(call, _ => { }, i => InstanceLife.Stop(i, StateReason.ByUser));
    }

    public static object?[] Start(Ec2Call call) => ChangeState(call, _ => { }, InstanceLife.Start);

    private static object?[] ChangeState(Ec2Call call, Action<IReadOnlyList<Instance>> check, Action<Instance> change)
    {
        var ids = call.Request.List("InstanceId");
        if (ids.Count == 0)
        {
            throw ServiceError.Missing("InstanceId");
        }

        return call.Perform(() =>
        {
            var instances = call.Region.GetAll<Instance>(ids);
            check(instances);
            var before = instances.Select(i => i.State).ToList();
            foreach (var instance in instances)
            {
                change(instance);
            }

            return
            [
                Set(
                    "instancesSet",
                    instances.Zip(before),
                    i =>
                        [
                            Leaf("instanceId", i.First.Id),
                            InstanceXml.State("currentState", i.First.State),
                            InstanceXml.State("previousState", i.Second),
                        ]
                ),
            ];
        });
    }

    private static string? Connected(Instance instance, string? value) => instance.IsGone ? null : value;
}
