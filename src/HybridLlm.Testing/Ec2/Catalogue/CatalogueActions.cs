using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;
using static HybridLlm.Testing.Ec2.Protocol.Ec2Xml;

namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>What EC2 sells, where and for how much.</summary>
internal static class CatalogueActions
{
    private static readonly FilterTable<string> s_regionFilters = new()
    {
        { "region-name", r => r },
        { "opt-in-status", _ => "opt-in-not-required" },
        { "endpoint", Endpoint },
    };

    private static readonly FilterTable<Zone> s_zoneFilters = new()
    {
        { "zone-name", z => z.Name },
        { "zone-id", z => z.Id },
        { "region-name", z => z.Region },
        { "state", _ => "available" },
        { "zone-type", _ => "availability-zone" },
        { "opt-in-status", _ => "opt-in-not-required" },
        { "group-name", z => z.Region },
    };

    private static readonly FilterTable<(MachineType Type, string Location)> s_offeringFilters = new()
    {
        { "instance-type", o => o.Type.Name },
        { "location", o => o.Location },
    };

    private static readonly FilterTable<SpotPrice> s_priceFilters = new()
    {
        { "instance-type", p => p.Type.Name },
        { "availability-zone", p => p.Zone.Name },
        { "availability-zone-id", p => p.Zone.Id },
        { "product-description", _ => [Product, Product + VpcSuffix] },
        { "spot-price", p => InstanceXml.Price(p.UsdPerHour) },
    };

    private const string Product = "Linux/UNIX";
    private const string VpcSuffix = " (Amazon VPC)";

    public static object?[] DescribeRegions(Ec2Call call)
    {
        var names = call.Request.List("RegionName");
        call.Request.Flag("AllRegions");
        var keep = s_regionFilters.Read(call.Request);
        return call.Perform(() =>
        {
            if (names.FirstOrDefault(n => !call.Cloud.Offers.Zones.Regions.Contains(n)) is { } unknown)
            {
                throw ServiceError.Invalid("regionName", unknown, "is invalid.");
            }

            var found = call.Cloud.Offers.Zones.Regions.Where(r => names.Count == 0 || names.Contains(r)).Where(keep);
            return
            [
                Set(
                    "regionInfo",
                    found,
                    r =>
                        [
                            Leaf("regionName", r),
                            Leaf("regionEndpoint", Endpoint(r)),
                            Leaf("optInStatus", "opt-in-not-required"),
                        ]
                ),
            ];
        });
    }

    public static object?[] DescribeZones(Ec2Call call)
    {
        var names = call.Request.List("ZoneName");
        var ids = call.Request.List("ZoneId");
        call.Request.Flag("AllAvailabilityZones");
        var keep = s_zoneFilters.Read(call.Request);
        return call.Perform(() =>
        {
            var zones = call.Cloud.Offers.Zones.In(call.Region.Name).ToList();
            if (names.Concat(ids).FirstOrDefault(n => !zones.Exists(z => z.Name == n || z.Id == n)) is { } unknown)
            {
                throw new ServiceError("InvalidParameterValue", $"Invalid availability zone: [{unknown}]");
            }

            var found = zones
                .Where(z => names.Count + ids.Count == 0 || names.Contains(z.Name) || ids.Contains(z.Id))
                .Where(keep);
            return [Set("availabilityZoneInfo", found, RenderZone)];
        });
    }

    public static object?[] DescribeOfferings(Ec2Call call)
    {
        var by = call.Request.Choice("LocationType", "region", "availability-zone", "availability-zone-id") ?? "region";
        var keep = s_offeringFilters.Read(call.Request);
        var paging = Paging.Read(call.Request, limit: 1000);
        return call.Perform(() =>
        {
            var region = call.Region.Name;
            var offerings = call
                .Cloud.Offers.Types.In(region)
                .SelectMany(t =>
                    by == "region"
                        ? [(Type: t, Location: region)]
                        : call
                            .Cloud.Offers.Zones.In(region)
                            .Where(z => call.Cloud.Offers.Types.Offered(t.Name, z))
                            .Select(z => (Type: t, Location: by == "availability-zone" ? z.Name : z.Id))
                );
            return Describing.Answer(
                "instanceTypeOfferingSet",
                paging.Cut(offerings.Where(keep)),
                o => [Leaf("instanceType", o.Type.Name), Leaf("locationType", by), Leaf("location", o.Location)]
            );
        });
    }

    public static object?[] DescribeSpotPrices(Ec2Call call)
    {
        var request = call.Request;
        var types = request.List("InstanceType");
        var products = request.List("ProductDescription");
        var zone = request.Text("AvailabilityZone") ?? request.Text("AvailabilityZoneId");
        var start = request.Time("StartTime");
        var end = request.Time("EndTime");
        var keep = s_priceFilters.Read(request);
        var paging = Paging.Read(request, limit: 1000);
        return call.Perform(() =>
        {
            // The rows of other products are not there; asking for them alone finds nothing.
            var linux = products.Count == 0 || products.Contains(Product) || products.Contains(Product + VpcSuffix);
            var prices = call
                .Cloud.Offers.Zones.In(call.Region.Name)
                .Where(z => linux && (zone is null || z.Name == zone || z.Id == zone))
                .SelectMany(z =>
                    call.Cloud.Offers.Types.All.Where(t =>
                            call.Cloud.Offers.Types.Offered(t.Name, z) && t.UsageClasses.Contains("spot")
                        )
                        .Where(t => types.Count == 0 || types.Contains(t.Name))
                        .SelectMany(t =>
                            call.Cloud.SpotMarket.Between(
                                t.Name,
                                z,
                                start ?? DateTimeOffset.MinValue,
                                Earlier(end ?? call.Now, call.Now)
                            )
                        )
                )
                .Where(keep)
                .OrderByDescending(p => p.Since);
            var page = paging.Cut(prices);

            // This action ends its pages with an empty token, not with none.
            return [Set("spotPriceHistorySet", page.Items, RenderPrice), Leaf("nextToken", page.NextToken ?? "")];
        });
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static string Endpoint(string region) => $"ec2.{region}.amazonaws.com";

    private static object?[] RenderZone(Zone zone) =>
        [
            Leaf("zoneName", zone.Name),
            Leaf("zoneId", zone.Id),
            Leaf("zoneState", "available"),
            Leaf("zoneType", "availability-zone"),
            Leaf("regionName", zone.Region),
            Leaf("groupName", zone.Region),
            Leaf("networkBorderGroup", zone.Region),
            Leaf("optInStatus", "opt-in-not-required"),
        ];

    private static object?[] RenderPrice(SpotPrice price) =>
        [
            Leaf("instanceType", price.Type.Name),
            Leaf("productDescription", Product),
            Leaf("spotPrice", InstanceXml.Price(price.UsdPerHour)),
            Leaf("timestamp", price.Since),
            Leaf("availabilityZone", price.Zone.Name),
            Leaf("availabilityZoneId", price.Zone.Id),
        ];
}
