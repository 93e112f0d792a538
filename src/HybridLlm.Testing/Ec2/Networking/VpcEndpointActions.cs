using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>A gateway endpoint for S3.</summary>
internal sealed class VpcEndpoint(string id, DateTimeOffset created, Vpc vpc, string service, string? policy)
    : Resource(Kind, id, created),
        IResource
{
    public static ResourceKind Kind { get; } =
        new("vpc-endpoint", "vpce", "InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id");

    public Vpc Vpc => vpc;

    public string Service => service;

    public string? Policy => policy;

    public override string StateName => "available";
}

/// <summary>VPC endpoints: gateway endpoints for S3.</summary>
internal static class VpcEndpointActions
{
    private static readonly FilterTable<VpcEndpoint> s_filters = new(e => e.Tags)
    {
        { "vpc-endpoint-id", e => e.Id },
        { "vpc-id", e => e.Vpc.Id },
        { "service-name", e => e.Service },
        { "vpc-endpoint-state", e => e.StateName },
        { "vpc-endpoint-type", _ => "Gateway" },
    };

    public static object?[] Create(Ec2Call call)
    {
        var request = call.Request;
        request.Only("VpcEndpointType", "Gateway");
        var vpcId = request.Required("VpcId");
        var service = request.Required("ServiceName");
        var policy = request.Text("PolicyDocument");
        var tableIds = request.List("RouteTableId");
        var tags = TagSpecifications.Read(request, VpcEndpoint.Kind.Type);
        return call.PerformOnce(
            () =>
            {
                var region = call.Region;
                var vpc = region.Get<Vpc>(vpcId);
                if (service != S3Service(region))
                {
                    throw new ServiceError(
                        "InvalidServiceName",
                        $"The Vpc Endpoint Service '{service}' does not exist"
                    );
                }

                var tables = region.GetAll<RouteTable>(tableIds);
                var taken = tables.FirstOrDefault(t => t.Routes.Any(r => r.Destination == PrefixList(region)));
                if (taken is not null)
                {
                    throw new ServiceError(
                        "RouteAlreadyExists",
                        $"route table {taken.Id} already has a route with destination-prefix-list-id {PrefixList(region)}"
                    );
                }

                VpcEndpoint endpoint = new(region.NewId<VpcEndpoint>(), call.Now, vpc, service, policy);
                foreach (var table in tables)
                {
                    table.Routes.Add(new Route(PrefixList(region), endpoint));
                }

                return region.Add(endpoint, tags.For(VpcEndpoint.Kind.Type));
            },
            e => [Node("vpcEndpoint", Render(call.Region, e)), Leaf("clientToken", request.Text("ClientToken"))]
        );
    }

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("VpcEndpointId", "vpcEndpointSet", s_filters, e => Render(call.Region, e));

    public static object?[] Delete(Ec2Call call)
    {
        var ids = call.Request.List("VpcEndpointId");
        return call.Perform(() =>
        {
            List<string> unknown = [];
            foreach (var id in ids)
            {
                if (call.Region.Find<VpcEndpoint>(id) is not { } endpoint)
                {
                    unknown.Add(id);
                    continue;
                }

                foreach (var table in call.Region.All<RouteTable>())
                {
                    table.Routes.RemoveAll(r => r.Gateway == endpoint);
                }

                call.Region.Remove(endpoint);
            }

            return [Set("unsuccessful", unknown, RenderUnknown)];
        });
    }

    private static string S3Service(RegionState region) => $"com.amazonaws.{region.Name}.s3";

    private static string PrefixList(RegionState region) =>
        $"pl-s3{region.Name.Replace("-", "", StringComparison.Ordinal)}";

    private static object?[] RenderUnknown(string id) =>
        [
            Leaf("resourceId", id),
            Node(
                "error",
                Leaf("code", VpcEndpoint.Kind.NotFoundCode),
                Leaf("message", $"The {VpcEndpoint.Kind.Noun} '{id}' does not exist")
            ),
        ];

    private static object?[] Render(RegionState region, VpcEndpoint endpoint) =>
        [
            Leaf("vpcEndpointId", endpoint.Id),
            Leaf("vpcEndpointType", "Gateway"),
            Leaf("vpcId", endpoint.Vpc.Id),
            Leaf("serviceName", endpoint.Service),
            Leaf("state", endpoint.StateName),
            Leaf("policyDocument", endpoint.Policy),
            Values(
                "routeTableIdSet",
                region.All<RouteTable>().Where(t => t.Routes.Any(r => r.Gateway == endpoint)).Select(t => t.Id)
            ),
            Leaf("privateDnsEnabled", false),
            Leaf("requesterManaged", false),
            Leaf("creationTimestamp", endpoint.Created),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            TagActions.TagSet(endpoint),
        ];
}
