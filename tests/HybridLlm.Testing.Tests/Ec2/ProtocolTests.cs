using System.Net;
using Amazon.EC2.Model;
using Amazon.Runtime;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Tests.Ec2;

public sealed class ProtocolTests : CloudTests
{
    [Fact]
    public async Task Unknown_keys_and_wrong_secrets_are_refused()
    {
        BasicAWSCredentials stranger = new("AKIASOMEBODYELSE0000", Cloud.SecretKey);
        BasicAWSCredentials liar = new(Cloud.AccessKey, "wrong");
        (await CodeOf(Ec2In(Home, credentials: stranger).DescribeVpcsAsync(new(), Ct))).ShouldBe("AuthFailure");
        (await CodeOf(Ec2In(Home, credentials: liar).DescribeVpcsAsync(new(), Ct))).ShouldBe("AuthFailure");
        (await CodeOf(Sts(stranger).GetCallerIdentityAsync(new(), Ct))).ShouldBe("InvalidClientTokenId");
        (await CodeOf(S3In(Home, stranger).ListBucketsAsync(Ct))).ShouldBe("InvalidAccessKeyId");
        (await CodeOf(S3In(Home, liar).ListBucketsAsync(Ct))).ShouldBe("SignatureDoesNotMatch");
    }

    [Fact]
    public async Task Nothing_is_answered_without_a_signature()
    {
        using HttpClient http = new();
        using FormUrlEncodedContent form = new([new("Action", "DescribeVpcs"), new("Version", "2016-11-15")]);
        using var ec2 = await http.PostAsync(Cloud.Endpoint, form, Ct);
        ec2.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await ec2.Content.ReadAsStringAsync(Ct)).ShouldContain("MissingAuthenticationToken");
        using var s3 = await http.GetAsync(Cloud.Endpoint, Ct);
        s3.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Each_region_has_its_own_resources()
    {
        await Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct);
        ((await Ec2In("us-west-2").DescribeVpcsAsync(new(), Ct)).Vpcs ?? []).ShouldBeEmpty();
        Cloud.Calls.Select(c => c.Region).ShouldBe(["us-east-2", "us-west-2"]);
        (await CodeOf(Ec2In("mars-north-1").DescribeVpcsAsync(new(), Ct))).ShouldBe("EmulatorGap");
    }

    [Fact]
    public async Task A_parameter_the_emulator_does_not_know_is_refused_before_anything_happens()
    {
        var call = Ec2.CreateVpcAsync(
            new CreateVpcRequest { CidrBlock = "10.20.0.0/16", Ipv6Pool = "ipv6pool-ec2-0123" },
            Ct
        );
        var gap = await Should.ThrowAsync<Amazon.EC2.AmazonEC2Exception>(() => call);
        gap.ErrorCode.ShouldBe("EmulatorGap");
        gap.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        gap.Message.ShouldContain("CreateVpc with Ipv6Pool");
        Cloud.Snapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_filter_the_emulator_does_not_know_is_refused_even_where_nothing_is_to_be_filtered()
    {
        var call = Ec2.DescribeVpcsAsync(new() { Filters = [new("vpc-colour", ["blue"])] }, Ct);
        (await CodeOf(call)).ShouldBe("EmulatorGap");
        var fleets = Ec2.DescribeFleetsAsync(new() { Filters = [new("tag:owner", ["me"])] }, Ct);
        (await CodeOf(fleets)).ShouldBe("EmulatorGap");
    }

    [Fact]
    public async Task An_unknown_action_is_invalid() =>
        (await CodeOf(Ec2.DescribeNatGatewaysAsync(new DescribeNatGatewaysRequest(), Ct))).ShouldBe("InvalidAction");

    [Fact]
    public async Task A_broken_page_token_is_refused()
    {
        var call = Ec2.DescribeVpcsAsync(new() { NextToken = "page two please" }, Ct);
        (await CodeOf(call)).ShouldBe("InvalidParameterValue");
    }

    [Fact]
    public async Task Without_options_it_lives_by_the_system_clock()
    {
        await using var cloud = await EmulatedCloud.StartAsync(cancellationToken: Ct);
        cloud.Time.ShouldBeSameAs(TimeProvider.System);
        using HttpClient http = new();
        using var response = await http.GetAsync(cloud.Endpoint, Ct);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        cloud.Calls.Single().ErrorCode.ShouldBe("AccessDenied");
    }

    [Fact]
    public async Task Parallel_calls_keep_the_state_whole()
    {
        Cloud.Quotas.Vpcs = 1000;
        var calls = Enumerable
            .Range(0, 40)
            .Select(_ => Ec2.CreateVpcAsync(new CreateVpcRequest { CidrBlock = "10.20.0.0/16" }, Ct));
        var ids = (await Task.WhenAll(calls)).Select(v => v.Vpc.VpcId).Distinct().Count();
        ids.ShouldBe(40);
        (await Ec2.DescribeVpcsAsync(new(), Ct)).Vpcs.Count.ShouldBe(40);
        Cloud.Calls.Count.ShouldBe(41);
    }
}
