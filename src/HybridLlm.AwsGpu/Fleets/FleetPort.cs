using System.Globalization;
using Amazon.EC2;
using Amazon.EC2.Model;
using HybridLlm.AwsGpu.Ec2;
using HybridLlm.AwsGpu.Offerings;

namespace HybridLlm.AwsGpu.Fleets;

/// <summary>The fleet calls, in our records.</summary>
internal sealed class FleetPort(AwsClients clients, string region)
{
    private AmazonEC2Client Ec2 => clients.Ec2(region);

    /// <summary>
    /// Asks for one instance. The same intent and attempt send the same token, so EC2 answers a repeated call with the
    /// first one's result.
    /// </summary>
    public async Task<FleetAnswer> CreateAsync(
        NodeIntent intent,
        string template,
        string version,
        CancellationToken cancellationToken
    )
    {
        var tags = intent.Owner.Tags(ResourceComponents.Node, "node", intent.PlanId, intent.ExpiresAt);
        tags[ResourceTags.Intent] = intent.Id;
        tags[ResourceTags.LeaseUntil] = ResourceTags.Format(intent.LeaseUntil);
        var isSpot = intent.Market == InstanceMarket.Spot;
        CreateFleetRequest request = new()
        {
            Type = FleetType.Instant,
            ClientToken = intent.Owner.ClientToken("fleet", intent.Id, intent.Attempt),
            TargetCapacitySpecification = new TargetCapacitySpecificationRequest
            {
                TotalTargetCapacity = 1,
                DefaultTargetCapacityType = isSpot
                    ? DefaultTargetCapacityType.Spot
                    : DefaultTargetCapacityType.OnDemand,
            },
            SpotOptions = isSpot
                ? new SpotOptionsRequest
                {
                    AllocationStrategy = SpotAllocationStrategy.PriceCapacityOptimized,
                    InstanceInterruptionBehavior = SpotInstanceInterruptionBehavior.Terminate,
                }
                : null,
            OnDemandOptions = isSpot
                ? null
                : new OnDemandOptionsRequest { AllocationStrategy = FleetOnDemandAllocationStrategy.LowestPrice },
            LaunchTemplateConfigs =
            [
                new FleetLaunchTemplateConfigRequest
                {
                    LaunchTemplateSpecification = new FleetLaunchTemplateSpecificationRequest
                    {
                        LaunchTemplateName = template,
                        Version = version,
                        LaunchTemplateSpecificationUserData = intent.UserDataInRequest
                            ? UserData.Encode(intent.UserData)
                            : null,
                    },
                    Overrides = [.. intent.Pools.Select(p => ToOverride(p, isSpot ? intent.MaxHourlyPrice : null))],
                },
            ],
            TagSpecifications = [.. Ec2Tags.At(ResourceType.Fleet, tags), .. Ec2Tags.At(ResourceType.Instance, tags)],
        };
        var answer = await clients
            .Caller.SettlingAsync(Ec2.CreateFleetAsync, request, cancellationToken)
            .ConfigureAwait(false);
        List<PoolError> errors = [.. (answer.Errors ?? []).Select(e => ToError(e, intent))];
        var given = (answer.Instances ?? []).Find(i => i.InstanceIds is [_, ..]);
        return new FleetAnswer(answer.FleetId, given is null ? null : ToNode(given, intent, errors), errors);
    }

    /// <summary>
    /// Deletes an instant fleet's record, and its instances if it has any. The record of a fleet that gave nothing counts
    /// against the fleet quota like any other.
    /// </summary>
    public Task DeleteAsync(string fleetId, CancellationToken cancellationToken) =>
        clients.Caller.RepeatableAsync(
            Ec2.DeleteFleetsAsync,
            new DeleteFleetsRequest { FleetIds = [fleetId], TerminateInstances = true },
            cancellationToken
        );

    private static FleetLaunchTemplateOverridesRequest ToOverride(NodePool pool, decimal? maxHourlyPrice) =>
        new()
        {
            InstanceType = pool.InstanceType,
            SubnetId = pool.SubnetId,
            MaxPrice = maxHourlyPrice?.ToString(CultureInfo.InvariantCulture),
        };

    private static LaunchedNode ToNode(CreateFleetInstance given, NodeIntent intent, List<PoolError> errors)
    {
        var subnet = given.LaunchTemplateAndOverrides?.Overrides?.SubnetId ?? given.SubnetId;
        return new LaunchedNode
        {
            InstanceId = given.InstanceIds[0],
            InstanceType = given.InstanceType.Value,
            ZoneId = intent.Pools.FirstOrDefault(p => p.SubnetId == subnet)?.ZoneId,
            Market = intent.Market,
            Adopted = false,
            PoolErrors = errors,
        };
    }

    private static PoolError ToError(CreateFleetError error, NodeIntent intent)
    {
        var pool = error.LaunchTemplateAndOverrides?.Overrides;
        return new PoolError
        {
            InstanceType = pool?.InstanceType?.Value,
            ZoneId = intent.Pools.FirstOrDefault(p => p.SubnetId == pool?.SubnetId)?.ZoneId,
            Code = error.ErrorCode ?? "",
            Message = error.ErrorMessage ?? "",
        };
    }
}

/// <summary>What CreateFleet answered. EC2 answers "no capacity anywhere" as success without an instance.</summary>
internal sealed record FleetAnswer(string FleetId, LaunchedNode? Node, IReadOnlyList<PoolError> Errors);
