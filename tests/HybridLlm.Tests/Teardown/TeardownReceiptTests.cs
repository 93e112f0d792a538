using HybridLlm.Teardown;

namespace HybridLlm.Tests.Teardown;

public sealed class TeardownReceiptTests
{
    [Fact]
    public void What_is_left_is_said_with_its_price_and_reason()
    {
        TeardownReceipt receipt = new()
        {
            ScannedAt = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
            Regions = ["us-east-1", "eu-west-1"],
            AskedFor = [Line("Instance", "i-1"), Line("Address", "eipalloc-1")],
            Gone = [Line("Instance", "i-1")],
            StillThere = [Line("Address", "eipalloc-1") with { UsdPerMonth = 3.6m, Reason = "AuthFailure" }],
            NotLookedInto = ["ap-east-1: OptInRequired"],
            LeftAlone = ["vpc-9 in us-east-1: it carries another owner's id"],
            SpentUsd = 0.0042m,
        };

        receipt.Left.ShouldBe(2);
        receipt
            .ToString()
            .ShouldBe(
                """
                Receipt of 2026-11-24 12:00:00Z, 2 regions scanned: 2 asked for, 1 gone, 1 still there (3.60 USD a month); 0.0042 USD spent since the cluster was first up.
                  still there: Address eipalloc-1 in us-east-1, 3.60 USD a month: AuthFailure
                  not looked into: ap-east-1: OptInRequired
                  left alone: vpc-9 in us-east-1: it carries another owner's id
                """
            );
    }

    [Fact]
    public void What_is_kept_is_said_with_its_price_a_day_and_a_month_and_is_not_left()
    {
        TeardownReceipt receipt = new()
        {
            ScannedAt = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero),
            Regions = ["us-east-1"],
            AskedFor = [Line("Instance", "i-1")],
            Gone = [Line("Instance", "i-1")],
            StillThere = [],
            Kept = [Line("Volume", "vol-1") with { UsdPerMonth = 7.3m, Reason = "holds models" }],
            NotLookedInto = [],
            LeftAlone = [],
            SpentUsd = 0.12m,
        };

        (receipt.Left, receipt.KeptUsdPerMonth, receipt.KeptUsdPerDay).ShouldBe((0, 7.3m, 0.24m));
        receipt
            .ToString()
            .ShouldBe(
                """
                Receipt of 2026-11-24 12:00:00Z, 1 regions scanned: 1 asked for, 1 gone, 0 still there (0.00 USD a month), 1 kept (0.24 USD a day, 7.30 USD a month); 0.12 USD spent since the cluster was first up.
                  kept: Volume vol-1 in us-east-1, 7.30 USD a month: holds models
                """
            );
    }

    private static ReceiptLine Line(string kind, string id) =>
        new()
        {
            Kind = kind,
            Id = id,
            Region = "us-east-1",
            UsdPerMonth = 0,
            Reason = null,
        };
}
