using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;
using HybridLlm.Testing.Ec2.Tagging;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Networking;

/// <summary>Route tables, their routes and associations.</summary>
internal static class RouteTableActions
{
    private static readonly FilterTable<RouteTable> s_filters = new(t => t.Tags)
    {
        { "route-table-id", t => t.Id },
        { "vpc-id", t => t.Vpc.Id },
        { "association.main", t => t.IsMain ? "true" : "false" },
        { "association.subnet-id", t => t.Associations.Select(a => a.Subnet?.Id) },
        { "association.route-table-association-id", t => t.Associations.Select(a => a.Id) },
        { "route.destination-cidr-block", t => t.Routes.Select(r => r.Destination).Append(t.Vpc.Block.ToString()) },
        { "route.gateway-id", t => t.Routes.Select(r => r.Gateway.Id).Append("local") },
    };

    public static object?[] Create(Ec2Call call)
    {
        var vpcId = call.Request.Required("VpcId");
        var tags = TagSpecifications.Read(call.Request, RouteTable.Kind.Type);
        return call.PerformOnce(
            () =>
                call.Region.Add(
                    new RouteTable(call.Region.NewId<RouteTable>(), call.Now, call.Region.Get<Vpc>(vpcId)),
                    tags.For(RouteTable.Kind.Type)
                ),
            table =>
                [Node("routeTable", Render(call.Region, table)), Leaf("clientToken", call.Request.Text("ClientToken"))]
        );
    }

    public static object?[] Describe(Ec2Call call) =>
        call.Describe("RouteTableId", "routeTableSet", s_filters, t => Render(call.Region, t));

    public static object?[] Delete(Ec2Call call)
    {
        var id = call.Request.Required("RouteTableId");
        return call.Perform(() =>
        {
            var table = call.Region.Get<RouteTable>(id);
            if (table.Associations.Count > 0)
            {
                throw ServiceError.Dependency($"The routeTable '{id}' has dependencies and cannot be deleted.");
            }

            call.Region.Remove(table);
            return [Leaf("return", true)];
        });
    }

    public static object?[] CreateRoute(Ec2Call call)
    {
        var id = call.Request.Required("RouteTableId");
        var block = ReadDestination(call.Request);
        var gatewayId = call.Request.Required("GatewayId");
        return call.Perform(() =>
        {
            var table = call.Region.Get<RouteTable>(id);
            var gateway = call.Region.Get<InternetGateway>(gatewayId);
            if (gateway.Vpc != table.Vpc)
            {
                throw new ServiceError(
                    "InvalidParameterValue",
                    $"route table {id} and network gateway {gatewayId} belong to different networks"
                );
            }

            if (table.Routes.Any(r => r.Destination == block))
            {
                throw new ServiceError("RouteAlreadyExists", $"The route identified by {block} already exists.");
            }

            table.Routes.Add(new Route(block, gateway));
            return [Leaf("return", true)];
        });
    }

    private static string ReadDestination(QueryRequest request) =>
        request.Text("DestinationIpv6CidrBlock") is { } text
            ? (
                Ipv6Block.TryParse(text) ?? throw ServiceError.Invalid("destinationIpv6CidrBlock", text, "is invalid.")
            ).ToString()
            : VpcActions.ReadBlock(request.Required("DestinationCidrBlock"), "destinationCidrBlock").ToString();

    public static object?[] DeleteRoute(Ec2Call call)
    {
        var id = call.Request.Required("RouteTableId");
        var block = VpcActions.ReadBlock(call.Request.Required("DestinationCidrBlock"), "destinationCidrBlock");
        return call.Perform(() =>
            call.Region.Get<RouteTable>(id).Routes.RemoveAll(r => r.Destination == block.ToString()) > 0
                ? [Leaf("return", true)]
                : throw new ServiceError(
                    "InvalidRoute.NotFound",
                    $"no route with destination-cidr-block {block} in route table {id}"
                )
        );
    }

    public static object?[] Associate(Ec2Call call)
    {
        var id = call.Request.Required("RouteTableId");
        var subnetId = call.Request.Required("SubnetId");
        return call.Perform(() =>
        {
            var table = call.Region.Get<RouteTable>(id);
            var subnet = call.Region.Get<Subnet>(subnetId);
            if (subnet.Vpc != table.Vpc)
            {
                throw new ServiceError(
                    "InvalidParameterValue",
                    $"Route table {id} and subnet {subnetId} belong to different networks"
                );
            }

            if (call.Region.All<RouteTable>().Any(t => t.Associations.Any(a => a.Subnet == subnet)))
            {
                throw new ServiceError(
                    "Resource.AlreadyAssociated",
                    $"the specified association for route table {id} conflicts with an existing association"
                );
            }

            RouteTableAssociation association = new(call.Cloud.Ids.Next("rtbassoc"), subnet);
            table.Associations.Add(association);
            return [Leaf("associationId", association.Id), Node("associationState", Leaf("state", "associated"))];
        });
    }

    public static object?[] Disassociate(Ec2Call call)
    {
        var id = call.Request.Required("AssociationId");
        return call.Perform(() =>
        {
            var table =
                call.Region.All<RouteTable>().FirstOrDefault(t => t.Associations.Any(a => a.Id == id))
                ?? throw new ServiceError("InvalidAssociationID.NotFound", $"The association ID '{id}' does not exist");
            var association = table.Associations.Single(a => a.Id == id);
            if (association.Subnet is null)
            {
                throw new ServiceError("InvalidParameterValue", "cannot disassociate the main route table association");
            }

            table.Associations.Remove(association);
            return [Leaf("return", true)];
        });
    }

    private static object?[] Render(RegionState region, RouteTable table) =>
        [
            Leaf("routeTableId", table.Id),
            Leaf("vpcId", table.Vpc.Id),
            Leaf("ownerId", region.Cloud.Options.AccountId),
            Node("routeSet", RenderLocal(table), table.Routes.Select(r => Node("item", RenderRoute(region, r)))),
            Set(
                "associationSet",
                table.Associations,
                a =>
                    [
                        Leaf("routeTableAssociationId", a.Id),
                        Leaf("routeTableId", table.Id),
                        Leaf("subnetId", a.Subnet?.Id),
                        Leaf("main", a.Subnet is null),
                        Node("associationState", Leaf("state", "associated")),
                    ]
            ),
            TagActions.TagSet(table),
        ];

    private static XElement RenderLocal(RouteTable table) =>
        Node(
            "item",
            Leaf("destinationCidrBlock", table.Vpc.Block),
            Leaf("gatewayId", "local"),
            Leaf("state", "active"),
            Leaf("origin", "CreateRouteTable")
        );

    private static object?[] RenderRoute(RegionState region, Route route)
    {
        var destination =
            route.Gateway is VpcEndpoint ? "destinationPrefixListId"
            : Peers.IsIpv6(route.Destination) ? "destinationIpv6CidrBlock"
            : "destinationCidrBlock";
        var leadsSomewhere = route.Gateway is not InternetGateway gateway || gateway.Vpc is not null;
        return
        [
            Leaf(destination, route.Destination),
            Leaf("gatewayId", route.Gateway.Id),
            Leaf("state", leadsSomewhere && region.All<Resource>().Contains(route.Gateway) ? "active" : "blackhole"),
            Leaf("origin", "CreateRoute"),
        ];
    }
}
